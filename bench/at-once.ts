/** Acts on all items, so many at a time; the first failure is thrown. */
export async function atOnce<T>(limit: number, items: Iterable<T>, act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items].reverse();
  const work = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
}
