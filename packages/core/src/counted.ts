/** `1 home`, `2 homes`; `many` where it takes more than an s: `2 categories`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
