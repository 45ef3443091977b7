/** Of the chosen installation and processes, with further label matchers. */
export function of(metric: string, matchers = ''): string {
  return `${metric}{job=~"$job",instance=~"$instance"${matchers === '' ? '' : `,${matchers}`}}`;
}

/** Per second, summed. */
export function perSecond(metric: string, by = '', matchers = ''): string {
  return `sum${by === '' ? '' : ` by (${by})`} (rate(${of(metric, matchers)}[$__rate_interval]))`;
}

/** How often in the shown span of time. */
export function howOften(metric: string, by: string, matchers = ''): string {
  return `sum by (${by}) (increase(${of(metric, matchers)}[$__range]))`;
}

/** The value that this share of the observations stays below. */
export function quantile(share: number, histogram: string, by = '', matchers = ''): string {
  return `histogram_quantile(${share}, ${perSecond(`${histogram}_bucket`, by === '' ? 'le' : `${by}, le`, matchers)})`;
}
