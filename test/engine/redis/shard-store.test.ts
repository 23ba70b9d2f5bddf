import { shardStoreContract } from '../../contract/shard-store.ts';
import { openStore } from './make-store.ts';

shardStoreContract('Redis', openStore);
