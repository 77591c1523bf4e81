/// Stand-ins that are as strict as R2 and SQS, in front of the embedded servers.
@NullMarked
package dev.minilab.strict;

import org.jspecify.annotations.NullMarked;
