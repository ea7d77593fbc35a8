/**
 * Builds what the browser gets, into dist/: site.css, site.js, modeller.css, modeller.js and test/axe.min.js.
 * Knows nothing of Django: the server only serves the folder.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import * as esbuild from 'esbuild';
import * as sass from 'sass';

const here = path.dirname(fileURLToPath(import.meta.url));
const from = (...parts) => path.join(here, ...parts);

async function buildSiteStyles() {
  const compiled = await sass.compileAsync(from('src', 'site.scss'), {
    loadPaths: [from('node_modules')],
    style: 'compressed',
    quietDeps: true,
    silenceDeprecations: ['import'],
  });
  const made = await esbuild.transform(compiled.css, { loader: 'css', minify: true });
  await writeFile(from('dist', 'site.css'), made.code);
}

async function buildScripts() {
  await esbuild.build({
    absWorkingDir: here,
    entryPoints: { site: 'src/site.js', modeller: 'src/modeller/index.js' },
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022'],
    loader: { '.woff2': 'dataurl' },
    legalComments: 'eof',
    logLevel: 'warning',
  });
}

const started = Date.now();
await rm(from('dist'), { recursive: true, force: true });
await mkdir(from('dist', 'test'), { recursive: true });
await Promise.all([buildSiteStyles(), buildScripts()]);
await copyFile(from('node_modules', 'axe-core', 'axe.min.js'), from('dist', 'test', 'axe.min.js'));
console.log(`Front end built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
