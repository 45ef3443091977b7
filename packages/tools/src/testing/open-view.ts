import { createDirectHome } from '@hub/ha/direct.ts';
import { createMirror } from '@hub/ha/mirror.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import type { View } from '@hub/ha/view.ts';

export interface OpenView extends AsyncDisposable {
  readonly view: View;
}

/** A home as a tool sees it, over a link of its own; `await using` ends the link. @throws Fault when it cannot be reached */
export async function openView({ url, token }: { readonly url: string; readonly token: string }): Promise<OpenView> {
  const home = createDirectHome({ id: 'home-of-the-test', url, token, allowPrivateAddresses: true });
  const mirror = createMirror(home);
  const view = createView(home, mirror);
  const close = async () => {
    mirror.drop();
    await home.close();
  };
  try {
    await view.ready();
  } catch (error) {
    await close();
    throw error;
  }
  return { view, [Symbol.asyncDispose]: close };
}
