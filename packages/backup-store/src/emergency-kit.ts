/** What an owner needs to open backups when there is no hub any more. Everything in it is secret. */
export interface KitFacts {
  readonly home: { readonly id: string; readonly name: string };
  readonly madeAt: Date;
  readonly place: string | undefined;
  /** 32 bytes. */
  readonly homeKey: Uint8Array;
  /** Home Assistant's own keys, each with the files it encrypted inside. */
  readonly haKeys: readonly { readonly key: string; readonly objects: readonly string[] }[];
  readonly backups: readonly { readonly object: string; readonly name: string; readonly madeAt: Date }[];
}

/** One file: a program for Node.js 20 or newer without any dependency, with the keys in it and the format told. */
export function emergencyKit(facts: KitFacts): string {
  const lines = [
    `Emergency kit of the home ${quoted(facts.home.name)} (${facts.home.id}), made ${facts.madeAt.toISOString()}.`,
    'WHOEVER HAS THIS FILE CAN READ ALL BACKUPS OF THIS HOME. Keep it off line, and apart from the backups.',
    '',
    'It opens what ha-mcp-hub stored, without the hub. Fetch a file from the store, then:',
    '    node THIS-FILE SEALED-FILE backup.tar',
    'backup.tar is Home Assistant’s own backup: upload it under Settings > System > Backups, or when setting up anew.',
    ...(facts.haKeys.length > 0 ? ['Home Assistant then asks for its own key (encryption key of the backup):'] : []),
    ...facts.haKeys.flatMap(({ key, objects }) => [`    ${quoted(key)}`, ...objects.map((one) => `        ${one}`)]),
    '',
    `The store when this was made: ${quoted(facts.place ?? 'none')}`,
    ...facts.backups.map(({ object, name, madeAt }) => `    ${object}  ${madeAt.toISOString()}  ${quoted(name)}`),
    'Later backups of the home are in the same folder and open with the same key.',
    '',
    ...FORMAT,
  ];
  const comment = lines.map((line) => `// ${line}`.trimEnd()).join('\n');
  return `${comment}\n\n${PROGRAM.replace('HOME_KEY', Buffer.from(facts.homeKey).toString('base64'))}`;
}

/** No line of a foreign text may end the comment it stands in. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u0080-\uffff]/g, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

const FORMAT = [
  'The format: a header of 60 bytes, then pieces.',
  '  header: "HUBBKUP1" (8) · bytes per piece (4, big endian) · id of the backup (16) · salt (32)',
  '  piece: AES-256-GCM of that many bytes (the last: of what is left), followed by its tag (16)',
  '  key: HKDF-SHA256 of the home’s key with the salt and the info "hub backup", 32 bytes',
  '  nonce: 7 zero bytes · number of the piece from 0 (4, big endian) · 1 for the last piece, else 0',
  '  associated data: the header',
];

const PROGRAM = `import { createDecipheriv, hkdfSync } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs';

const homeKey = Buffer.from('HOME_KEY', 'base64');
const [, , from, to] = process.argv;
if (!from || !to) {
  console.error('node THIS-FILE SEALED-FILE backup.tar');
  process.exit(2);
}

const input = openSync(from, 'r');
const size = fstatSync(input).size;
let at = 0;

function take(length) {
  const bytes = Buffer.alloc(Math.min(length, size - at));
  for (let got = 0; got < bytes.length; ) got += readSync(input, bytes, got, bytes.length - got, at + got);
  at += bytes.length;
  return bytes;
}

try {
  const header = take(60);
  if (header.length < 60 || header.toString('latin1', 0, 8) !== 'HUBBKUP1') throw new Error('this is no sealed backup');
  const key = Buffer.from(hkdfSync('sha256', homeKey, header.subarray(28), 'hub backup', 32));
  const pieceBytes = header.readUInt32BE(8) + 16;
  const output = openSync(to + '.part', 'w', 0o600);
  for (let number = 0, isLast = false; !isLast; number++) {
    const piece = take(pieceBytes);
    isLast = at >= size;
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(number, 7);
    nonce.writeUInt8(isLast ? 1 : 0, 11);
    if (piece.length < 16) throw new Error('it is cut short');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(header);
    decipher.setAuthTag(piece.subarray(-16));
    const plain = Buffer.concat([decipher.update(piece.subarray(0, -16)), decipher.final()]);
    for (let put = 0; put < plain.length; ) put += writeSync(output, plain, put);
  }
  closeSync(output);
  renameSync(to + '.part', to);
  console.log('Opened: ' + to);
} catch (error) {
  console.error('It does not open: ' + error.message + '. The file is damaged, cut short, or of another home.');
  process.exit(1);
}
`;
