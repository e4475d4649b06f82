/** The states that something went through, to go back to. */
export class History<T> {
  #past: T[] = [];
  #future: T[] = [];

  /** @param most how many states are kept */
  constructor(
    private now: T,
    private readonly most = 100
  ) {}

  get value(): T {
    return this.now;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Goes on to another state; the same one is no step. */
  set(next: T): void {
    if (next === this.now) return;
    this.#past = [...this.#past, this.now].slice(-this.most);
    this.#future = [];
    this.now = next;
  }

  /** Changes the present state where that is no step of the reader's, such as a picture that was drawn. */
  amend(next: T): void {
    this.now = next;
  }

  undo(): void {
    const before = this.#past.pop();
    if (before === undefined) return;
    this.#future.push(this.now);
    this.now = before;
  }

  redo(): void {
    const next = this.#future.pop();
    if (next === undefined) return;
    this.#past.push(this.now);
    this.now = next;
  }
}
