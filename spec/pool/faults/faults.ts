/**
 * The faults that the specs of this folder inject into a pool, and the spec that covers each. After each fault the pool
 * must keep its invariants (`pool-invariants.ts`): every subscriber is notified of the end exactly once, the next task
 * works, the number of threads is within its bounds, and the pool closes.
 *
 * | what                     | injected fault                                                          | spec                   |
 * | ------------------------ | ----------------------------------------------------------------------- | ---------------------- |
 * | **Errors of tasks**      | errors of own classes, cyclic causes, DOMException, hostile properties  | `thrown-errors`        |
 * |                          | values that are not an Error, `null` included                           | `thrown-values`        |
 * |                          | errors and rejections outside of the task's promise, and after its end  | `late-faults`          |
 * |                          | thenables that settle twice, throw or never settle; stack overflows     | `thenables`            |
 * | **Values**               | results, items and errors that cannot be cloned                         | `uncloneable-results`  |
 * |                          | falsy values and all kinds of streams as a result                       | `result-kinds`         |
 * |                          | arguments that cannot be cloned, are hostile, or share parts            | `arguments`            |
 * |                          | arguments that have to be awaited, and never arrive                     | `awaited-arguments`    |
 * |                          | transferred buffers that are gone, shared or listed twice               | `transfers`            |
 * |                          | a task that cannot be sent, with others in its batch                    | `rejected-neighbour`   |
 * | **Functions, modules**   | functions without source, or with variables of the surrounding scope    | `function-sources`     |
 * |                          | modules that are missing, throw, hang or exit; unusual names and kinds  | `modules`              |
 * | **Threads that end**     | `process.exit`, in a task, in a timer, after a result, within a stream  | `thread-exits`         |
 * |                          | endless loops and sleeps, out of memory                                 | `endless-tasks`        |
 * |                          | calls that crash each thread they run on                                | `poisoned-tasks`       |
 * |                          | threads that do not start, or fail in `init`                            | `thread-start`         |
 * |                          | the loss of the supervisor thread                                       | `supervisor`           |
 * |                          | closed ports, removed listeners, changed prototypes and globals         | `hostile-threads`      |
 * | **Work that is left**    | timers, servers, children and output that outlive their task            | `leaks`                |
 * |                          | platform work that ends after its task                                  | `work-after-result`    |
 * |                          | Observables that go on after their task has failed                      | `observables`          |
 * | **Cancellation**         | unsubscribing at each moment of a run; aborted signals                  | `unsubscribing`        |
 * |                          | a cancelled task beside another on the same thread                      | `cancelled-neighbour`  |
 * |                          | a cancelled task that ends while this thread is busy                    | `unread-results`       |
 * |                          | streams that are cancelled before they start, or have no item           | `cancelled-streams`    |
 * |                          | one signal for ten thousand tasks                                       | `shared-signal`        |
 * |                          | timeouts in the queue, while loading, while running                     | `timeouts`             |
 * | **Load**                 | a full queue, under both overflow policies                              | `full-queue`           |
 * |                          | slow subscribers of endless streams                                     | `backpressure`         |
 * |                          | a million tasks at once                                                 | `burst`                |
 * |                          | an endless iterable on `pool.scheduler`                                 | `endless-scheduler`    |
 * | **Nested calls**         | tasks that wait for tasks of their own pool, deeper than its threads    | `nested`, `fan-out`    |
 * |                          | nested calls whose task ends, or whose pool closes, meanwhile           | `nested-jobs`, `nested-in-transit` |
 * |                          | tasks that end only when all threads run one                            | `all-threads`          |
 * |                          | tasks that were sent to one thread and run on another                   | `counted-once`         |
 * | **Re-entrancy**          | subscribers that block while they are notified                          | `reentrant-blocking`   |
 * |                          | handlers of pool events, `drain` and `close` that call the pool         | `blocking-handlers`    |
 * |                          | a blocking `get` during each of the faults above                        | `blocking-get`         |
 * | **Closing**              | closing while tasks run, twice, and from within a notification          | `closing`              |
 * |                          | closing by force while loops, loads and starts never end                | `forced-closing`       |
 * | **Calls, environments**  | repeated, retried and concurrent subscriptions of one call              | `cold-calls`           |
 * |                          | forks, worker threads, tasks of another pool, two copies of the library | `environments`         |
 */
export {};
