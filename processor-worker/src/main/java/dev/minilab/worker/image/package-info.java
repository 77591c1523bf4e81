/// From one original to its outputs: geometry, resampling, colour, finishing. Pure computing, safe to be run in a
/// process of its own. Knows no store and no queue.
@NullMarked
package dev.minilab.worker.image;

import org.jspecify.annotations.NullMarked;
