/// What the rooms that talk to AWS protocols share.
@NullMarked
package dev.minilab.aws;

import org.jspecify.annotations.NullMarked;
