/// What a process counts and times, by names that dashboards and alerts rely on: docs/metrics.md lists them.
@NullMarked
package dev.minilab.metrics;

import org.jspecify.annotations.NullMarked;
