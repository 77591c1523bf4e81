/// Webhooks as the receiver sees them: their secrets and signatures (Standard Webhooks 1.0.0).
///
/// Knows no HTTP, no store and no queue.
@NullMarked
package dev.minilab.webhook;

import org.jspecify.annotations.NullMarked;
