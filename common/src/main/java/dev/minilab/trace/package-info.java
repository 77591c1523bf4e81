/// What happens to a job in one trace, from the request that makes it to the webhook that tells of its end, as
/// OpenTelemetry has it; nothing where no collector is configured. docs/operations.md tells what there is to see.
///
/// The only room that knows OpenTelemetry.
@NullMarked
package dev.minilab.trace;

import org.jspecify.annotations.NullMarked;
