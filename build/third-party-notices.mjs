// What a bundle holds of other people's packages, with their licences: written beside it, as the licences ask.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
const LICENCE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** For rolldown and Vite. Writes THIRD-PARTY-NOTICES.txt. */
export function thirdPartyNotices() {
  return {
    name: 'third-party-notices',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) =>
        chunk.type === 'chunk' ? chunk.moduleIds : [],
      );
      const folders = new Set(modules.flatMap((id) => PACKAGE.exec(id.replace(/^\0/, ''))?.[1] ?? []));
      const notices = [...folders].sort().map(noticeOf);
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source: notices.join('\n\n') });
    },
  };
}

function noticeOf(folder) {
  const path = join(folder, 'package.json');
  const { name, version, license } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const texts = readdirSync(folder)
    .filter((file) => LICENCE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`--- ${name} ${version} (${license})`, ...texts].join('\n\n');
}
