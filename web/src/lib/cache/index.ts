export { Database, type StoreName } from './database';
