/// Takes messages from a queue, keeps them while work on them lives, and settles them by outcome. Knows no jobs and
/// no images.
@NullMarked
package dev.minilab.worker.consume;

import org.jspecify.annotations.NullMarked;
