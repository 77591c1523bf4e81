/// Everything in one command: the embedded S3 and SQS, the same API and worker as in the cloud, and the command line.
@NullMarked
package dev.minilab.standalone;

import org.jspecify.annotations.NullMarked;
