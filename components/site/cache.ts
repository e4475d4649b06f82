/**
 * What is there at once, or will be. Figures draw within the frame that a control moves in; a promise, even one that is
 * kept already, would cost them a frame.
 */
export type Answer<T> = T | Promise<T>;

/** Goes on with an answer: at once where it is there. */
export function proceed<T, U>(answer: Answer<T>, next: (value: T) => Answer<U>): Answer<U> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

/**
 * Answers by key. Each is asked for once, however often it is wanted meanwhile; a failure is forgotten, so that the next
 * attempt asks again; of more than `most`, the one wanted longest ago goes.
 */
export class Cache<T> {
  readonly #kept = new Map<string, Answer<T>>();

  constructor(
    private readonly load: (key: string) => Answer<T>,
    private readonly most = Infinity
  ) {}

  /** What is kept under a key and there already. */
  peek(key: string): T | undefined {
    const kept = this.#kept.get(key);
    return kept instanceof Promise ? undefined : kept;
  }

  /** What is kept under a key, or will be. */
  get(key: string): Answer<T> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#keep(key, kept);
      return kept;
    }
    const asked = this.load(key);
    this.#keep(key, asked);
    if (asked instanceof Promise)
      asked.then(
        (value) => this.#kept.get(key) === asked && this.#kept.set(key, value),
        () => this.#kept.get(key) === asked && this.#kept.delete(key)
      );
    return asked;
  }

  /** Keeps an answer that came from elsewhere. */
  put(key: string, value: T): void {
    this.#keep(key, value);
  }

  #keep(key: string, answer: Answer<T>): void {
    this.#kept.delete(key);
    this.#kept.set(key, answer);
    if (this.#kept.size > this.most) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

/** One thing for each owner, made when it is first wanted and gone when the owner is. */
export function perOwner<O extends object, T>(make: (owner: O) => T): (owner: O) => T {
  const made = new WeakMap<O, T>();
  return (owner) => {
    const known = made.get(owner) ?? make(owner);
    made.set(owner, known);
    return known;
  };
}

/**
 * Gives each answer to `use`, unless something was asked after it: for whoever follows no feed. What is thrown, at once
 * or later, goes to `failed`.
 */
export function newest(): <T>(
  ask: () => Answer<T>,
  use: (value: T) => void,
  failed: (thrown: unknown) => void
) => void {
  let turn = 0;
  return (ask, use, failed) => {
    const mine = (turn += 1);
    try {
      const answer = ask();
      if (!(answer instanceof Promise)) return use(answer);
      answer.then(
        (value) => mine === turn && use(value),
        (thrown: unknown) => mine === turn && failed(thrown)
      );
    } catch (thrown) {
      failed(thrown);
    }
  };
}

/** Why a question was never run: another came while it waited. */
export class PassedOver extends Error {
  override name = "PassedOver";
}

/** Runs questions one at a time. Of those that wait only the newest is run; the others reject with `PassedOver`. */
export function oneAtATime<A, B>(run: (asked: A) => Promise<B>): (asked: A) => Promise<B> {
  let busy = false;
  let waiting: {start(): void; pass(): void} | undefined;
  const start = async (asked: A): Promise<B> => {
    busy = true;
    try {
      return await run(asked);
    } finally {
      busy = false;
      const next = waiting;
      waiting = undefined;
      next?.start();
    }
  };
  return (asked) => {
    if (!busy) return start(asked);
    waiting?.pass();
    return new Promise<B>((resolve, reject) => {
      waiting = {
        start: () => void start(asked).then(resolve, reject),
        pass: () => reject(new PassedOver("Something else was asked meanwhile."))
      };
    });
  };
}
