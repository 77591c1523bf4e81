/// The worker: wires consumers, rendering, webhooks and the sweeper together, and holds the path of one job.
@NullMarked
package dev.minilab.worker;

import org.jspecify.annotations.NullMarked;
