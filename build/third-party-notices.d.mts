import type { Plugin } from 'vite';

/** For rolldown and Vite. */
export function thirdPartyNotices(): Plugin;
