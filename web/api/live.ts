/**
 * Keeps a page up to date: follows the run's history by server-sent events and asks for what is shown again, at most every
 * `PAUSE_MS` and half of the time. Where no stream can be had, it asks every two seconds, and tries the stream again from time to time.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { apiPath, isRefusal } from './http.ts';
import type { RunLine } from './model.ts';
import { listen } from './server-events.ts';

const PAUSE_MS = 200;
const POLL_MS = 2_000;
const NEWS_MS = 500;
/** A server that was away, or is another one now, may have streams again. */
const AGAIN_MS = 20_000;
/** Tries to connect before it is given up. */
const TRIES = 3;

/** How news comes: `live`, `polling` (also until the stream stands), or `over` when nothing will come any more. */
export type Liveness = 'live' | 'polling' | 'over';

export function useLiveRun(
  { namespace, run }: { readonly namespace: string; readonly run: string },
  { after, isOver }: { readonly after: number | undefined; readonly isOver: boolean },
): Liveness {
  const client = useQueryClient();
  const [hasStream, setHasStream] = useState(true);
  const [isLive, setIsLive] = useState(false);
  const from = useRef(after);
  from.current = after;
  const isKnown = after !== undefined;

  useEffect(() => {
    if (isOver || !isKnown) return;
    const refresh = paused(() => client.invalidateQueries({ queryKey: ['run', namespace, run] }), PAUSE_MS);
    if (!hasStream) {
      const timer = setInterval(refresh, POLL_MS);
      const again = setTimeout(() => setHasStream(true), AGAIN_MS);
      return () => {
        clearInterval(timer);
        clearTimeout(again);
      };
    }
    return listen(apiPath(namespace, 'runs', run, 'events', 'stream'), String(from.current ?? 0), {
      onOpen: () => setIsLive(true),
      onEvent: refresh,
      onEnd: refresh,
      // A server without streams, or a proxy that holds them back.
      onFailure: (times, thrown) => {
        setIsLive(false);
        if (times > TRIES || isRefusal(thrown)) setHasStream(false);
      },
    });
  }, [client, namespace, run, isOver, isKnown, hasStream]);

  if (isOver) return 'over';
  return hasStream && isLive ? 'live' : 'polling';
}

/** Lines of runs as they are now, by id. */
export type RunNews = ReadonlyMap<string, RunLine>;

/**
 * Lists of runs change with every run of the namespace. `onNews` is given the lines that changed, twice a second at most; without it
 * all that is known of runs is asked for again.
 */
export function useLiveRuns(namespace: string, onNews?: (news: RunNews) => void): void {
  const client = useQueryClient();
  const tell = useRef(onNews);
  tell.current = onNews;
  useEffect(() => {
    const refresh = paused(() => client.invalidateQueries({ queryKey: ['runs', namespace] }), 5 * PAUSE_MS);
    let news = new Map<string, RunLine>();
    const tellSoon = paused(async () => {
      const told = news;
      news = new Map();
      tell.current?.(told);
    }, NEWS_MS);
    const quiet = () => {};
    return listen(apiPath(namespace, 'changes', 'stream'), undefined, {
      // Something may have been missed before.
      onOpen: refresh,
      onEvent: (data, name) => {
        if (name !== 'message' || tell.current === undefined) return refresh();
        const line: RunLine = JSON.parse(data);
        news.set(line.id, line);
        tellSoon();
      },
      onFailure: quiet,
      onEnd: quiet,
    });
  }, [client, namespace]);
}

/** A page that nobody looks at draws nothing. */
function untilDrawn(): Promise<void> {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/**
 * Calls at once; then not before that call has ended, what it brought is drawn, and a pause as long as all of this took, at least `ms`: a server
 * that is slow to answer, or a page that is slow to draw, is asked less often. A call that came meanwhile is made up for.
 */
function paused(call: () => Promise<unknown>, ms: number): () => void {
  let isBusy = false;
  let isWanted = false;
  const go = async () => {
    isBusy = true;
    isWanted = false;
    const begin = performance.now();
    await call().catch(() => undefined);
    await untilDrawn();
    await new Promise((resolve) => setTimeout(resolve, Math.max(ms, performance.now() - begin)));
    isBusy = false;
    if (isWanted) void go();
  };
  return () => {
    if (isBusy) isWanted = true;
    else void go();
  };
}
