/** Tells whether an element is in or near the window: soon, and whenever that changes. */
export function followSight(element: Element, tell: (inSight: boolean) => void): void {
  new IntersectionObserver(
    // Several come at once when an element goes and comes back quickly; the last says how it is now.
    (entries) => tell(entries.at(-1)!.isIntersecting),
    {rootMargin: "160px"}
  ).observe(element);
}

/** Calls `act` once, when an element comes near the window: what lies far down a page need not load with it. */
export function whenSeen(element: Element, act: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({isIntersecting}) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    {rootMargin: "400px"}
  );
  observer.observe(element);
}
