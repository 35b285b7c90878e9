// Builds the portal into $TANDEM_PORTAL_OUT (./dev gives the directory beside the binary), with a
// .gz beside every file, and refuses to build when the first load has grown past its budget.
//
// For development: TANDEM_PORTAL_CONTROL=https://127.0.0.1:8443 npm run dev
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vitest/config';

const FIRST_LOAD_BYTES_MAX = 250_000; // compressed: index.html, its scripts and styles
const out = process.env.TANDEM_PORTAL_OUT ?? '../build/portal';
const control = process.env.TANDEM_PORTAL_CONTROL ?? 'https://127.0.0.1:8443';
const compressible = /\.(html|js|css|svg|json|txt|webmanifest)$/;

function everyFile(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? everyFile(join(dir, entry.name)) : [join(dir, entry.name)],
  );
}

function compressAndWeigh(): Plugin {
  return {
    name: 'compress-and-weigh',
    apply: 'build',
    closeBundle() {
      for (const file of everyFile(out)) {
        if (!compressible.test(file)) continue;
        const compressed = gzipSync(readFileSync(file), { level: 9 });
        if (compressed.length < statSync(file).size) writeFileSync(`${file}.gz`, compressed);
      }
      const page = readFileSync(join(out, 'index.html'), 'utf8');
      const names = ['index.html'];
      for (const match of page.matchAll(/(?:src|href)="\/portal\/([^"]+\.(?:js|css))"/g))
        names.push(match[1]!);
      const sizes = names.map((name) => statSync(join(out, `${name}.gz`)).size);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const shown = `first load ${(total / 1000).toFixed(1)} kB compressed`;
      if (total > FIRST_LOAD_BYTES_MAX) throw new Error(`${shown}: over the budget`);
      console.log(shown);
    },
  };
}

const proxied = ['/subscriptions', '/providers', '/tandem', '/adfs', '/concierge', '/health'];

export default defineConfig({
  base: '/portal/',
  esbuild: { jsx: 'automatic' },
  plugins: [compressAndWeigh()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000, // the budget that counts is the compressed first load, above
    rollupOptions: {
      onwarn(warning, warn) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      proxied.map((path) => [path, { target: control, secure: false, changeOrigin: false }]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
