/** An order that has passed the checks. */
export interface Order {
  id: string;
  customer: string;
  amount: number;
  currency: string;
}
