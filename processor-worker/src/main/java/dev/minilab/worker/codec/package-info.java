/// Between the bytes of a file and pixels in memory: one class a library, and nothing of a library leaves it.
/// Knows no outputs, no store and no queue.
@NullMarked
package dev.minilab.worker.codec;

import org.jspecify.annotations.NullMarked;
