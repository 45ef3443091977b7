/** In the data folder of an embedded hub; a local `hub` command reads it. */
export const ADMIN_KEY_FILE = 'admin-key';
