import { shardStoreModelTest } from '../../contract/shard-store-model.ts';
import { openStore } from './make-store.ts';

shardStoreModelTest('Redis', openStore, { runs: 40 });
