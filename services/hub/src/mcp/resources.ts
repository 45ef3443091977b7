import { ProtocolError, ProtocolErrorCode, type Server } from '@modelcontextprotocol/server';

/** A text that clients may list and read. */
export interface ResourceEntry {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
}

/** What a connector offers to read beside its tools; the same until the hub is updated. */
export interface ResourceShelf {
  list(): readonly ResourceEntry[];
  /** RFC 6570 templates of the addresses it knows. */
  templates(): readonly { readonly uriTemplate: string; readonly name: string; readonly title: string }[];
  /** Undefined for an address that is not on the shelf. */
  read(uri: string): { readonly mimeType: string; readonly text: string } | undefined;
}

/** Serves the shelf in either protocol era. */
export function serveResources(server: Server, shelf: ResourceShelf): void {
  server.setRequestHandler('resources/list', () => ({ resources: [...shelf.list()] }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...shelf.templates()] }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const found = shelf.read(uri);
    if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Resource not found', { uri });
    return { contents: [{ uri, ...found }] };
  });
}
