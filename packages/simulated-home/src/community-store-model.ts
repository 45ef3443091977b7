import type { Json } from './read.ts';

export interface StoreRepository {
  readonly id: string;
  readonly full_name: string;
  readonly name: string;
  readonly category: string;
  readonly description: string;
  readonly available_version: string;
  readonly stars: number;
  installed: boolean;
  installed_version: string | null;
}

/** Either of the two shops for other people's code, with their differences; a home has one at most. */
export interface CommunityStoreModel {
  readonly kind: 'hacs' | 'marketplace';
  readonly repositories: Map<string, StoreRepository>;
  /** Who listens to which signal. */
  readonly listeners: Set<(signal: string, data: Json) => void>;
  /** How often each command came. */
  readonly received: string[];
  isWarningAccepted: boolean;
  workMs: number;
}

export function createCommunityStoreModel(kind: CommunityStoreModel['kind']): CommunityStoreModel {
  const rows: StoreRepository[] = [
    {
      ...storeRow('1001', 'someone/solar-forecast', 'Solar forecast', 'integration'),
      description: 'Sun of tomorrow for your roof',
    },
    {
      ...storeRow('1002', 'someone/mushroom-cards', 'Mushroom cards', 'plugin'),
      installed: true,
      installed_version: '3.9.0',
    },
    { ...storeRow('1003', 'other/dark-theme', 'Dark theme', 'theme'), stars: 5 },
  ];
  return {
    kind,
    repositories: new Map(rows.map((one) => [one.id, one])),
    listeners: new Set(),
    received: [],
    isWarningAccepted: true,
    workMs: 20,
  };
}

export function storeRow(id: string, full_name: string, name: string, category: string): StoreRepository {
  const texts = { id, full_name, name, category, description: '', available_version: '4.0.0' };
  return { ...texts, stars: 100, installed: false, installed_version: null };
}
