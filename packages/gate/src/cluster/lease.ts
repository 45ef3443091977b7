/** A replica that fell silent loses its homes after this long. */
export const LEASE_MS = 4_000;
export const RENEW_EVERY_MS = 500;

/**
 * One whose address refuses connections loses them once it has not renewed its lease for this long. Sooner would let a replica
 * that alone is cut off, by a firewall say, take the homes of all that live.
 */
export const OVERDUE_MS = 750;
