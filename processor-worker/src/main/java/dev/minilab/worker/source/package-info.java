/// Fetches originals from URLs that clients chose, through the guarded way out.
@NullMarked
package dev.minilab.worker.source;

import org.jspecify.annotations.NullMarked;
