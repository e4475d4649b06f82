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
