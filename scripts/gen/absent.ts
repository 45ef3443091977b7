/** What people know from single-home servers and will not find, and why. */
export const ABSENT: readonly (readonly [what: string, why: string])[] = [
  ['ha_get_dashboard_screenshot', 'a picture needs a browser that is signed in at the home; the hub has neither'],
  ['ha_config_get_dashboard: include_screenshot', 'the same'],
  [
    'ha_config_set_dashboard: return_screenshot, view_path',
    'the same; read the stored cards with ha_config_get_dashboard',
  ],
  ['ha_dev_manage_server, ha_dev_manage_settings', 'the hub is run by its operator: `hub` commands and the REST API'],
  ['ha_manage_security_policy', 'an assistant does not set its own limits: the owner does, with `hub connectors set`'],
  [
    'ha_manage_app: port, websocket',
    "an app's own port is open inside the home's network only; its HTTP pages are reached through Home Assistant's ingress",
  ],
];
