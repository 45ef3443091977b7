/** Home Assistant's own records, in its own spelling. Source: HA `helpers/*_registry.py`, `core.State.as_dict`. */
export interface EntityState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** ISO 8601 in UTC, as REST gives it. */
  readonly last_changed: string;
  readonly last_updated: string;
  readonly context: { readonly id: string; readonly parent_id: string | null; readonly user_id: string | null };
}

export interface EntityEntry {
  readonly entity_id: string;
  readonly unique_id: string;
  readonly platform: string;
  readonly name: string | null;
  readonly original_name: string | null;
  readonly icon: string | null;
  readonly area_id: string | null;
  readonly device_id: string | null;
  readonly config_entry_id: string | null;
  readonly disabled_by: string | null;
  readonly hidden_by: string | null;
  readonly entity_category: string | null;
  readonly labels: readonly string[];
  readonly categories: Readonly<Record<string, string>>;
  readonly aliases?: readonly (string | null)[];
  readonly [key: string]: unknown;
}

export interface Device {
  readonly id: string;
  readonly name: string | null;
  readonly name_by_user: string | null;
  readonly manufacturer?: string | null;
  readonly model?: string | null;
  readonly area_id: string | null;
  readonly disabled_by: string | null;
  readonly labels: readonly string[];
  readonly config_entries?: readonly string[];
  /** Set on child devices (2026.8 and later), which take their parent's area. */
  readonly parent_device_id?: string | null;
  readonly via_device_id?: string | null;
  readonly [key: string]: unknown;
}

export interface Area {
  readonly area_id: string;
  readonly name: string;
  readonly floor_id: string | null;
  readonly icon: string | null;
  readonly picture: string | null;
  readonly aliases: readonly string[];
  readonly labels: readonly string[];
  readonly [key: string]: unknown;
}

export interface Floor {
  readonly floor_id: string;
  readonly name: string;
  readonly level: number | null;
  readonly icon: string | null;
  readonly aliases: readonly string[];
  readonly [key: string]: unknown;
}

export interface Label {
  readonly label_id: string;
  readonly name: string;
  readonly color: string | null;
  readonly icon: string | null;
  readonly description: string | null;
  readonly [key: string]: unknown;
}
