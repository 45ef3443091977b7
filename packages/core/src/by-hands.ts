/** What comes of each item, in their order, with so many under way at a time. @throws the first failure */
export async function byHands<T, R>(
  hands: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const hand = async () => {
    for (const [at, item] of waiting) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: hands }, hand));
  return results;
}
