/// Delivers webhooks through the guarded way out.
@NullMarked
package dev.minilab.worker.webhook;

import org.jspecify.annotations.NullMarked;
