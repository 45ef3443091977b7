/** Names under which values are secret, in lower case without `-`, `_` and blanks: `api_key`, `Set-Cookie`, `apiKey`. */
const SECRET_KEYS =
  /^(cookie|setcookie|privatekey|webhookid|cloudhookurl|networkkey|noisepsk|psk)$|(authorization|token|password|passwd|passphrase|secret|apikey|encryptionkey)s?$/;

/** Order matters: a Bearer value goes before the JWT inside it is looked for. `$1` stays. */
const SECRET_TEXT: readonly RegExp[] = [
  /(\/private_|\bprivate_(?=[\w-]{22}))[\w-]{8,}/g,
  /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{6,}/gi,
  // Looked for once per run of such characters: begun at every `eyJ`, a text of nothing else took seconds.
  /(?<![\w-])(?=[\w-]+\.[\w-]+\.)((?:[\w-]*?-)??)eyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g,
  /([?&;](?:access_token|refresh_token|token|code|secret|api_key|api_password|password|authSig|signature)=)[^&\s"'\\#<]+/gi,
  /(:\/\/)[^/\s:@"'\\]*:[^/\s@"'\\]+(?=@)/g,
];

/** Literals alone, and without case: a third of the time on the texts that hold nothing, which are most. */
const SECRET_PART = /tok|pass|secr|key|psk|authori|cook|hook|eyj|private_|authsig|signature=|code=|bearer|basic|:\/\//;

const SECRET_SUSPECT =
  /token|passw|passphrase|secret|api_?key|encryption_?key|network_?key|psk|authorization|cookie|webhook_id|cloudhook|private_?key|eyJ|\/private_[\w-]{8}|private_[\w-]{22}|authSig|signature=|[?&;]code=|Bearer\s|Basic\s|:\/\/[^/\s:@"'\\]*:[^/\s@"'\\]+@/i;

/** One look that tells whether a text can hold any of it. */
export function maySayASecret(text: string): boolean {
  return SECRET_PART.test(text.toLowerCase()) && SECRET_SUSPECT.test(text);
}

/** Does a key of this name hold a secret, whatever the value looks like? */
export function isSecretKey(key: string): boolean {
  return SECRET_KEYS.test(key.toLowerCase().replace(/[-_\s]/g, ''));
}

/** Takes connector secrets, bearer values, JWTs, secret query values and URL passwords out of any text. */
export function withoutSecrets(text: string, mark: string): string {
  let clean = text;
  for (const pattern of SECRET_TEXT) clean = clean.replace(pattern, (_whole, kept: string) => `${kept}${mark}`);
  return clean;
}
