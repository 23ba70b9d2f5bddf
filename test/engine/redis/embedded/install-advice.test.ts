import { describe, expect, it } from 'vitest';
import { adviseInstall } from '../../../../engine/redis/embedded/install-advice.ts';

describe('adviseInstall', () => {
  it.each([
    ['darwin', '', 'run: brew install redis'],
    ['win32', '', 'use Sluice inside WSL, or run: docker run -p 6379:6379 redis:7'],
    ['linux', 'NAME="Debian"\nID=debian\n', 'run: sudo apt-get install redis-server'],
    ['linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'run: sudo apt-get install redis-server'],
    ['linux', 'ID=fedora\nID_LIKE=""\n', 'run: sudo dnf install valkey'],
    [
      'linux',
      'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
      'run: sudo dnf install valkey || sudo dnf install redis',
    ],
    ['linux', 'ID=alpine', 'run: sudo apk add redis'],
    ['linux', 'ID=arch', 'run: sudo pacman -S valkey'],
    ['linux', 'ID=plan9', 'install redis-server or valkey-server, 6.2 or newer, so that it is on PATH'],
    ['linux', '', 'install redis-server or valkey-server, 6.2 or newer, so that it is on PATH'],
  ])('on %s with os-release %j: %s', (platform, osRelease, advice) => {
    expect(adviseInstall({ platform, osRelease, isRoot: false })).toBe(advice);
  });

  it('needs no sudo as root', () => {
    expect(adviseInstall({ platform: 'linux', osRelease: 'ID=alpine', isRoot: true })).toBe(
      'run: apk add redis',
    );
  });
});
