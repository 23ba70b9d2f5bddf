/** A kept file of a node: what is in it, as far as that can be shown, and saving it. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, request } from '../api/http.ts';
import type { RunNode } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { Button, Trouble } from '../ui/parts.tsx';
import { saveAs } from '../ui/save-as.ts';
import { inertLine } from './log/inert-line.ts';
import { PREVIEW_BYTES, type Preview, previewOf, sizeWords } from './preview.ts';

interface Props {
  readonly run: RunRef;
  readonly node: string;
  readonly name: string;
  readonly kept: RunNode['artifacts'][string] | undefined;
}

/** Fetched by the page, since a link would go without the key of the session. The server sends it as something to be saved. */
async function fetchArtifact({ run: { namespace, run }, node, name }: Props, signal?: AbortSignal) {
  const path = apiPath(namespace, 'runs', run, 'nodes', node, 'artifacts', name);
  const response = await request(path, signal ? { signal } : {});
  const file = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? name;
  return { file, blob: await response.blob() };
}

export function Artifact(props: Props) {
  const { name, kept } = props;
  const [isOpen, setIsOpen] = useState(false);
  const { mutate, error } = useMutation({
    mutationFn: async () => {
      const { file, blob } = await fetchArtifact(props);
      saveAs(blob, file);
    },
  });
  const bytes = bytesOf(kept);
  // Of what size nobody knows it is no better.
  const isLarge = bytes === undefined || bytes > PREVIEW_BYTES;
  return (
    <section className="pt-3 text-sm" aria-label={`Artifact ${name}`}>
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{name}</span>
        {bytes === undefined ? null : <span className="text-xs text-soft">{sizeWords(bytes)}</span>}
        <Button
          onClick={() => setIsOpen(!isOpen)}
          aria-expanded={isOpen}
          disabled={isLarge}
          title={isLarge ? `More than ${sizeWords(PREVIEW_BYTES)}: save it` : undefined}
        >
          {isOpen ? 'Hide' : 'Show'}
        </Button>
        <Button onClick={() => mutate()}>Save</Button>
      </p>
      {error ? <Trouble error={error} /> : null}
      {isOpen ? <Shown {...props} /> : null}
    </section>
  );
}

function Shown(props: Props) {
  const { run, node, name } = props;
  const { data, error } = useQuery({
    // What it is named by its content never changes.
    queryKey: ['artifact', run.namespace, run.run, node, name, props.kept],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { blob } = await fetchArtifact(props, signal);
      const preview = previewOf(new Uint8Array(await blob.arrayBuffer()));
      return { preview, address: preview.kind === 'image' ? await dataAddress(blob, preview.type) : '' };
    },
  });
  if (error) return <Trouble error={error} />;
  if (data === undefined) return <p className="p-2 text-soft">Loading…</p>;
  return <Content name={name} preview={data.preview} address={data.address} />;
}

function Content({
  name,
  preview,
  address,
}: {
  readonly name: string;
  readonly preview: Preview;
  readonly address: string;
}) {
  if (preview.kind === 'other') return <p className="p-2 text-soft">Neither text nor a picture: save it.</p>;
  if (preview.kind === 'image')
    return (
      <img src={address} alt={`Artifact ${name}`} className="mt-2 max-h-96 max-w-full rounded bg-sunk" />
    );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className="mt-2 max-h-96 overflow-auto rounded bg-sunk p-2 text-xs" tabIndex={0}>
        {preview.text.split('\n').map(inertLine).join('\n')}
      </pre>
      {preview.isCut ? <p className="text-xs text-soft">Its beginning. Save it to see all.</p> : null}
    </>
  );
}

/** As the type that its bytes are of, whatever the server or its name say. */
function dataAddress(blob: Blob, type: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([blob], { type }));
  });
}

function bytesOf(kept: unknown): number | undefined {
  const bytes = typeof kept === 'object' && kept !== null && 'bytes' in kept ? kept.bytes : undefined;
  return typeof bytes === 'number' ? bytes : undefined;
}
