// What the desk keeps in this browser: the session with its key, counters of its lanes, sealed drafts and their key.
// Nothing of a customer is here that is not sealed. One database for all tabs; its transactions keep them apart.

const databaseName = "bulkhead";
const stores = ["session", "lanes", "drafts", "keys"] as const;
export type StoreName = (typeof stores)[number];

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => stores.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function get<T>(store: StoreName, key: string): Promise<T | undefined> {
  const database = await open();
  return finished(database.transaction(store).objectStore(store).get(key)) as Promise<T | undefined>;
}

export async function put(store: StoreName, key: string, value: unknown): Promise<void> {
  const transaction = (await open()).transaction(store, "readwrite");
  transaction.objectStore(store).put(value, key);
  await committed(transaction);
}

export async function remove(store: StoreName, key: string): Promise<void> {
  const transaction = (await open()).transaction(store, "readwrite");
  transaction.objectStore(store).delete(key);
  await committed(transaction);
}

export async function clear(store: StoreName): Promise<void> {
  const transaction = (await open()).transaction(store, "readwrite");
  transaction.objectStore(store).clear();
  await committed(transaction);
}

export async function entries<T>(store: StoreName): Promise<[string, T][]> {
  const objects = (await open()).transaction(store).objectStore(store);
  const [keys, values] = await Promise.all([finished(objects.getAllKeys()), finished(objects.getAll())]);
  return keys.map((key, at) => [String(key), values[at] as T]);
}

// Reads, changes and writes in one transaction, which no other tab can come between. Gives what stood there before.
export async function update<T>(store: StoreName, key: string, change: (before: T | undefined) => T): Promise<T | undefined> {
  const transaction = (await open()).transaction(store, "readwrite");
  const objects = transaction.objectStore(store);
  let before: T | undefined;
  const read = objects.get(key);
  read.onsuccess = () => {
    before = read.result as T | undefined;
    objects.put(change(before), key);
  };
  await committed(transaction);
  return before;
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
