/**
 * Workflows in the likeness of recorded scientific ones: nine families whose stages, widths, mean run times and their spread
 * are those of instances in WfCommons (github.com/wfcommons/WfInstances). Made up from these figures; no recorded data is here.
 */
import { aroundMean, type Chance, chanceOf } from './chance.ts';
import type { Shape, ShapeTask } from './shape.ts';

/** Mean run time in seconds, and its coefficient of variation. */
type Time = readonly [mean: number, variation: number];

class Draft {
  readonly tasks: ShapeTask[] = [];
  readonly #chance: Chance;

  constructor(seed: number) {
    this.#chance = chanceOf(seed);
  }

  /** Adds a task; answers its index. */
  one(id: string, [mean, variation]: Time, needs: readonly number[] = []): number {
    const ms = Math.max(1, Math.round(1_000 * aroundMean(this.#chance, mean, variation)));
    this.tasks.push({ id: `${id}_${this.tasks.length}`, ms, needs });
    return this.tasks.length - 1;
  }

  many(count: number, id: string, time: Time, needs: (i: number) => readonly number[] = () => []): number[] {
    return Array.from({ length: count }, (_, i) => this.one(id, time, needs(i)));
  }

  /** One after another, from `needs` on; answers the last. */
  chain(stages: readonly (readonly [id: string, time: Time])[], needs: readonly number[]): number {
    let before = needs;
    for (const [id, time] of stages) before = [this.one(id, time, before)];
    return before[0] ?? 0;
  }

  pick(count: number): number {
    return Math.floor(this.#chance() * count);
  }
}

type Family = (draft: Draft) => void;

/** Chromosomes: many individuals merged, a sifting, and two analyses of each population on both. */
const genome: Family = (draft) => {
  for (let chromosome = 0; chromosome < 14; chromosome++) {
    const individuals = draft.many(10, 'individuals', [62, 0.15]);
    const merged = draft.one('merge', [44, 0.16], individuals);
    const both = [merged, draft.one('sifting', [3.3, 0.8])];
    draft.many(7, 'overlap', [11, 1.2], () => both);
    draft.many(7, 'frequency', [132, 0.19], () => both);
  }
};

/** Lanes of unequal width, each split into chains of four, merged by lane and then over all. */
function epigenomics(lanes: readonly number[], scale: Time): Family {
  return (draft) => {
    const merges = lanes.map((width) => {
      const split = draft.one('split', scale);
      const maps = Array.from({ length: width }, () =>
        draft.chain(
          [
            ['filter', [13.9, 0.65]],
            ['sanger', [9, 0.75]],
            ['bfq', [1.6, 0.8]],
            ['map', [60, 0.23]],
          ],
          [split],
        ),
      );
      return draft.one('merge', [7, 0.6], maps);
    });
    draft.chain(
      [
        ['merge_all', [14, 0.3]],
        ['chr21', [18, 0.3]],
        ['pileup', [25, 0.1]],
      ],
      merges,
    );
  };
}

/** Three colours: long projections, overlapping pairs fitted, one background model, and the mosaic. */
function montage(images: number, pairs: number, project: Time, background: Time): Family {
  return (draft) => {
    const mosaics = Array.from({ length: 3 }, () => {
      const projected = draft.many(images, 'project', project);
      const neighbours = () => {
        const first = draft.pick(images);
        return [first, (first + 1 + draft.pick(Math.min(5, images - 1))) % images].map(
          (at) => projected[at] ?? 0,
        );
      };
      const fits = draft.many(pairs, 'fit', [1.2, 1.6], neighbours);
      const model = draft.one('model', [1.5, 0.1], [draft.one('concat', [0.3, 0.1], fits)]);
      const corrected = draft.many(images, 'background', background, (i) => [projected[i] ?? 0, model]);
      const table = draft.one('table', [0.15, 0.1], corrected);
      const mosaic = draft.one('add', [2.7, 0.5], [...corrected, table]);
      draft.one('view', [5, 0.4], [mosaic]);
      return mosaic;
    });
    draft.one('view_all', [11, 0.4], mosaics);
  };
}

/** Crops: a baseline each, two variants on it, small parsers, summaries, and one long plot. */
const cycles: Family = (draft) => {
  const plots: number[] = [];
  for (let place = 0; place < 2; place++) {
    const baselines = draft.many(54, 'baseline', [36, 0.53]);
    const plain = draft.many(54, 'cycles', [19.6, 0.7], (i) => [baselines[i] ?? 0]);
    const rich = draft.many(54, 'fertilized', [19.7, 0.7], (i) => [baselines[i] ?? 0]);
    const parsed = draft.many(54, 'parse', [0.06, 1], (i) => [plain[i] ?? 0, rich[i] ?? 0]);
    plots.push(draft.one('summary', [0.07, 0.1], plain));
    draft.one('rich_summary', [0.27, 0.7], parsed);
  }
  draft.one('plots', [169, 0.1], plots);
};

/** Samples aligned in chains, called by region, joined in one very long merge beside the genotyping. */
const soykb: Family = (draft) => {
  const calls = Array.from({ length: 5 }, () => {
    const replaced = draft.chain(
      [
        ['align', [6.6, 0.23]],
        ['sort', [12, 0.13]],
        ['dedup', [10.8, 0.08]],
        ['replace', [9, 0.47]],
      ],
      [],
    );
    const target = draft.one('target', [94, 0.04], [replaced]);
    const realigned = draft.one('realign', [90, 0.41], [replaced, target]);
    return draft.many(20, 'call', [134, 0.34], () => [realigned]);
  });
  draft.one('merge', [7_411, 0.05], calls.flat());
  const genotypes = draft.many(20, 'genotype', [119, 0.07], (i) => calls.map((one) => one[i] ?? 0));
  const combined = draft.one('combine', [5.4, 0.1], genotypes);
  for (const kind of ['snp', 'indel'])
    draft.chain(
      [
        [`select_${kind}`, [52, 0.02]],
        [`filter_${kind}`, [6, 0.3]],
      ],
      [combined],
    );
};

/** Downloads of very different length, each searched, then merged. */
const search: Family = (draft) => {
  const index = draft.one('index', [6.4, 0.1]);
  const dumps = draft.many(10, 'dump', [645, 0.29]);
  draft.one(
    'merge',
    [0.12, 0.1],
    draft.many(10, 'search', [54, 0.26], (i) => [index, dumps[i] ?? 0]),
  );
};

/** One file split in forty, searched alike, joined twice. */
const blast: Family = (draft) => {
  const split = draft.one('split', [0.05, 0.1]);
  const searches = draft.many(40, 'blast', [9.6, 0.04], () => [split]);
  draft.many(2, 'join', [0.03, 0.5], () => searches);
};

/** Two samples: an index, long alignments, conversions and reports beside them. */
const cells: Family = (draft) => {
  const filter = draft.one('filter', [1, 0.1]);
  const quality = draft.many(2, 'quality', [25.5, 0.14]);
  const genome = draft.one('genome', [128, 0.1], [filter]);
  const aligned = draft.many(2, 'align', [564, 0.13], () => [filter, genome]);
  draft.many(2, 'seurat', [10, 0.1], (i) => [aligned[i] ?? 0]);
  const converted = draft.many(2, 'h5ad', [4, 0.1], (i) => [genome, aligned[i] ?? 0]);
  draft.one('concat', [4, 0.1], converted);
  draft.one('report', [34, 0.1], [...quality, ...aligned]);
};

const FAMILIES: readonly (readonly [name: string, family: Family])[] = [
  ['genome', genome],
  ['epigenomics-3', epigenomics([17, 37, 55], [5.7, 0.14])],
  ['epigenomics-6', epigenomics([9, 19, 28, 28, 18, 21], [191, 1])],
  ['montage-9', montage(9, 36, [297, 0.18], [1.2, 0.5])],
  ['montage-16', montage(16, 120, [745, 0.14], [13.5, 0.6])],
  ['cycles', cycles],
  ['soykb', soykb],
  ['search', search],
  ['blast', blast],
  ['cells', cells],
];

/** One workflow of each family; another seed gives other run times and other neighbours. */
export function drawFamilies(seed: number): Shape[] {
  return FAMILIES.map(([name, family], i) => {
    const draft = new Draft(seed * 1_000 + i);
    family(draft);
    return { name, tasks: draft.tasks };
  });
}
