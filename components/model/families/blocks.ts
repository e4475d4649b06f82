/** Blocks under the names that libraries give their parts. */
import {
  linear,
  unbiased,
  norm,
  split,
  type BlockWeights,
  type Finder,
  type Linear,
  type MlpWeights
} from "../weights.js";
import {readFloats} from "../safetensors.js";
import {expectShape} from "../shapes.js";

/** Blocks named as OpenAI's CLIP does in both towers (`transformer.resblocks.0.`...). */
export function openaiBlocks(find: Finder, prefix: string): BlockWeights[] {
  return blocks(
    find,
    (i) => `${prefix}transformer.resblocks.${i}.`,
    "ln_1.weight",
    (name) => {
      const [query, key, value] = split(
        {weight: find(`${name}attn.in_proj_weight`), bias: find(`${name}attn.in_proj_bias`), stored: "out×in"},
        3
      );
      return {
        norm1: norm(find, `${name}ln_1`),
        query,
        key,
        value,
        output: linear(find, `${name}attn.out_proj`),
        norm2: norm(find, `${name}ln_2`),
        expand: linear(find, `${name}mlp.c_fc`),
        contract: linear(find, `${name}mlp.c_proj`)
      };
    }
  );
}

/** Blocks named as Hugging Face's CLIP and SigLIP do in both towers (`encoder.layers.0.`...). */
export function huggingfaceBlocks(find: Finder, prefix: string): BlockWeights[] {
  return blocks(
    find,
    (i) => `${prefix}encoder.layers.${i}.`,
    "layer_norm1.weight",
    (name) => ({
      norm1: norm(find, `${name}layer_norm1`),
      query: linear(find, `${name}self_attn.q_proj`),
      key: linear(find, `${name}self_attn.k_proj`),
      value: linear(find, `${name}self_attn.v_proj`),
      output: linear(find, `${name}self_attn.out_proj`),
      norm2: norm(find, `${name}layer_norm2`),
      expand: linear(find, `${name}mlp.fc1`),
      contract: linear(find, `${name}mlp.fc2`)
    })
  );
}

/** Blocks named as timm and Meta's DINO do (`blocks.0.`...), with whatever a family adds to them. */
export function timmBlocks(find: Finder, prefix: string): BlockWeights[] {
  return blocks(
    find,
    (i) => `${prefix}blocks.${i}.`,
    "norm1.weight",
    (name) => {
      const scale = (n: number) => find.optional(`${name}ls${n}.gamma`) ?? find.optional(`${name}gamma_${n}`);
      return {
        norm1: norm(find, `${name}norm1`),
        ...timmAttention(find, `${name}attn.`),
        output: linear(find, `${name}attn.proj`),
        scale1: scale(1),
        norm2: norm(find, `${name}norm2`),
        ...timmMlp(find, `${name}mlp.`),
        scale2: scale(2)
      };
    }
  );
}

/** Blocks of transformers' DINOv2. */
export function dinov2Blocks(find: Finder, prefix: string): BlockWeights[] {
  return blocks(
    find,
    (i) => `${prefix}encoder.layer.${i}.`,
    "norm1.weight",
    (name) => ({
      norm1: norm(find, `${name}norm1`),
      query: linear(find, `${name}attention.attention.query`),
      key: linear(find, `${name}attention.attention.key`),
      value: linear(find, `${name}attention.attention.value`),
      output: linear(find, `${name}attention.output.dense`),
      scale1: find(`${name}layer_scale1.lambda1`),
      norm2: norm(find, `${name}norm2`),
      ...(find.has(`${name}mlp.weights_in.weight`)
        ? packedGate(linear(find, `${name}mlp.weights_in`), linear(find, `${name}mlp.weights_out`))
        : {expand: linear(find, `${name}mlp.fc1`), contract: linear(find, `${name}mlp.fc2`)}),
      scale2: find(`${name}layer_scale2.lambda1`)
    })
  );
}

/** Blocks of transformers' DINOv3. Queries and values have a bias or not, keys have none. */
export function dinov3Blocks(find: Finder, prefix: string): BlockWeights[] {
  return blocks(
    find,
    (i) => `${prefix}layer.${i}.`,
    "norm1.weight",
    (name) => {
      const projection = (part: string): Linear => ({
        ...unbiased(find, `${name}attention.${part}_proj`),
        bias: find.optional(`${name}attention.${part}_proj.bias`)
      });
      const gate = find.has(`${name}mlp.gate_proj.weight`) ? {gate: linear(find, `${name}mlp.gate_proj`)} : {};
      return {
        norm1: norm(find, `${name}norm1`),
        query: projection("q"),
        key: projection("k"),
        value: projection("v"),
        output: linear(find, `${name}attention.o_proj`),
        scale1: find(`${name}layer_scale1.lambda1`),
        norm2: norm(find, `${name}norm2`),
        ...gate,
        expand: linear(find, `${name}mlp.up_proj`),
        contract: linear(find, `${name}mlp.down_proj`),
        scale2: find(`${name}layer_scale2.lambda1`)
      };
    }
  );
}

/** Reads consecutive blocks, and sees that all have the same parts. */
function blocks(
  find: Finder,
  name: (i: number) => string,
  first: string,
  read: (name: string) => BlockWeights
): BlockWeights[] {
  const found = Array.from({length: find.count((i) => `${name(i)}${first}`)}, (_, i) => read(name(i)));
  const partsOf = (block: BlockWeights) =>
    Object.entries(block)
      .filter(([, part]) => part !== undefined)
      .map(([part, weights]) => ("weight" in weights && weights.bias ? `${part} with bias` : part))
      .toSorted();
  found.forEach((block, i) => {
    if ((block.scale1 === undefined) !== (block.scale2 === undefined))
      throw new Error(`${name(i)} has one LayerScale of two; the file is damaged.`);
    const [parts, others] = [partsOf(found[0]), partsOf(block)];
    const odd = [...parts.filter((p) => !others.includes(p)), ...others.filter((p) => !parts.includes(p))];
    if (odd.length)
      throw new Error(`${name(0)} and ${name(i)} do not have the same parts (${odd.join(", ")}); the file is damaged.`);
  });
  return found;
}

type Attention = Pick<BlockWeights, "query" | "key" | "value" | "mixNorm">;

function timmAttention(find: Finder, name: string): Attention {
  if (find.has(`${name}q_proj.weight`))
    return {
      query: linear(find, `${name}q_proj`),
      key: unbiased(find, `${name}k_proj`),
      value: linear(find, `${name}v_proj`),
      ...(find.has(`${name}norm.weight`) && {mixNorm: norm(find, `${name}norm`)})
    };
  const weight = find(`${name}qkv.weight`);
  const bias = find.optional(`${name}qkv.bias`);
  const [query, key, value] = split({weight, bias, stored: "out×in"}, 3);
  if (bias)
    return {query, key: masked(find, `${name}qkv.bias_mask`, weight.shape[1]) ? {...key, bias: undefined} : key, value};
  const [q, v] = [find.optional(`${name}q_bias`), find.optional(`${name}v_bias`)];
  if ((q === undefined) !== (v === undefined))
    throw new Error(`${name}q_bias and ${name}v_bias go together; one is missing.`);
  return {query: {...query, bias: q}, key, value: {...value, bias: v}};
}

/**
 * Whether a fused bias is masked where keys are: what counts is bias · bias_mask, and DINOv3's mask is 1, 0, 1 on queries,
 * keys and values.
 */
function masked(find: Finder, name: string, width: number): boolean {
  const mask = find.optional(name);
  if (!mask) return false;
  expectShape(mask, 3 * width);
  const values = readFloats(find.checkpoint, mask);
  const third = values.length / 3;
  const part = (i: number) => new Set(values.subarray(i * third, (i + 1) * third));
  const is = (set: Set<number>, value: number) => set.size === 1 && set.has(value);
  if (is(part(0), 1) && is(part(1), 0) && is(part(2), 1)) return true;
  throw new Error(`${name} is not 1 for queries, 0 for keys and 1 for values; such a mask is not known.`);
}

function timmMlp(find: Finder, name: string): MlpWeights {
  if (find.has(`${name}w12.weight`)) return packedGate(linear(find, `${name}w12`), linear(find, `${name}w3`));
  if (find.has(`${name}w1.weight`))
    return {gate: linear(find, `${name}w1`), expand: linear(find, `${name}w2`), contract: linear(find, `${name}w3`)};
  if (find.has(`${name}fc1_g.weight`))
    return {
      gate: linear(find, `${name}fc1_g`),
      expand: linear(find, `${name}fc1_x`),
      ...(find.has(`${name}norm.weight`) && {hiddenNorm: norm(find, `${name}norm`)}),
      contract: linear(find, `${name}fc2`)
    };
  const [expand, contract] = [linear(find, `${name}fc1`), linear(find, `${name}fc2`)];
  const packed = expand.weight.shape[0] === 2 * contract.weight.shape[1];
  return packed ? packedGate(expand, contract) : {expand, contract};
}

/** SwiGLU with both matrices in one, the gated half first. */
function packedGate(both: Linear, contract: Linear): MlpWeights {
  const [gate, expand] = split(both, 2);
  return {gate, expand, contract};
}
