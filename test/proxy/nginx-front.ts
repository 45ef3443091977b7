import { findNginx, runNginx } from '../tls/nginx-door.ts';

export { findNginx };

/**
 * nginx as people put it before a hub: TLS with `server.pem`, the client's address passed on, and buffering as it comes
 * from Debian, which is on.
 */
export function startNginxFront(nginx: string, dir: string, port: number, hubPort: number): Promise<AsyncDisposable> {
  return runNginx(
    nginx,
    dir,
    port,
    `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${dir}/server.pem;
    ssl_certificate_key ${dir}/server.key;
    client_max_body_size 8m;
    location / {
      proxy_pass http://127.0.0.1:${hubPort};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }`,
  );
}
