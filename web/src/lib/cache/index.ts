export { Database, inTime, type StoreName } from './database';
