// Ends with 0 while the process of this container is ready to serve. Asks on loopback, where OPS_HOST lets it.
const port = process.env.OPS_PORT || '9584';
const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_500) });
process.exit(answer.ok ? 0 : 1);
