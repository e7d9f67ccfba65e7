/** Told of what waits for its turn, begins and ends: for metrics. An item that waits already is not added again. */
export interface WorkWatcher<Item extends string> {
  added(item: Item): void;
  began(item: Item): void;
  ended(item: Item): void;
}
