/// The queues: the only room that talks to SQS, and no type or exception of the AWS SDK leaves it.
///
/// Needs of the credentials, on each queue: `sqs:SendMessage`, `sqs:ReceiveMessage`, `sqs:DeleteMessage`,
/// `sqs:ChangeMessageVisibility`, `sqs:GetQueueAttributes`, `sqs:GetQueueUrl`.
@NullMarked
package dev.minilab.queue;

import org.jspecify.annotations.NullMarked;
