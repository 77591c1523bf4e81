/// Finds jobs that the queue has lost, with nothing but the bucket.
@NullMarked
package dev.minilab.worker.sweep;

import org.jspecify.annotations.NullMarked;
