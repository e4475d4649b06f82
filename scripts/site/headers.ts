import {frameOrigins, headerPolicy, workerPolicy} from "./policy.js";

/**
 * Headers for hosts that read `_headers` (Netlify, Cloudflare Pages). Files with a hash in their name
 * never change; the pages that run a model, and workers, get threads by being isolated from other sites.
 *
 * @param hosts that models are fetched from
 */
export const hostHeaders = (hosts: readonly string[]): string => `/*
  Content-Security-Policy: ${headerPolicy(frameOrigins())}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
/_import/*
  Cache-Control: public, max-age=31536000, immutable
  Content-Security-Policy: ${workerPolicy(hosts)}
  Cross-Origin-Embedder-Policy: require-corp
/_node/*
  Cache-Control: public, max-age=31536000, immutable
/_file/*
  Cache-Control: public, max-age=31536000, immutable
/live*
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Embedder-Policy: require-corp
/causes*
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Embedder-Policy: require-corp
`;
