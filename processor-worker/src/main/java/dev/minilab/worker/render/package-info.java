/// Turns the bytes of an original into the bytes of its outputs. Knows no store and no queue.
@NullMarked
package dev.minilab.worker.render;

import org.jspecify.annotations.NullMarked;
